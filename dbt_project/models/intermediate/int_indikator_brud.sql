with indikatorer as (
    select * from {{ ref('int_indikatorer') }}
),

brud as (
    select * from {{ ref('serie_brud') }}
    where sammenligneligt = 'nej'
),

dele as (
    select
        indikator_id,
        tabel_id,
        unnest(dimensioner) as dimensioner
    from indikatorer
),

final as (
    select distinct
        dele.indikator_id,
        brud.brud_id,
        brud.beskrivelse,
        cast(date_trunc('month', brud.dato_fra) as date) as fra_maaned,
        cast(date_trunc('month', brud.dato_til) as date) as til_maaned
    from dele
    inner join brud
        on
            dele.tabel_id = brud.tabel_id
            and {{ gaelder('dele.dimensioner', 'brud.dimensioner') }}
)

select * from final
