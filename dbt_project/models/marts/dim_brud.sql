with brud as (
    select * from {{ ref('serie_brud') }}
),

broer as (
    select
        bro_id,
        max(beskrivelse) as beskrivelse
    from {{ ref('serie_bro') }}
    group by bro_id
),

final as (
    select
        brud.brud_id,
        brud.tabel_id,
        brud.dimensioner,
        brud.dato_fra,
        brud.dato_til,
        cast(date_trunc('month', brud.dato_fra) as date) as fra_maaned,
        cast(
            case
                when day(brud.dato_fra) = 1 then brud.dato_fra
                else date_trunc('month', brud.dato_fra) + interval 1 month
            end as date
        ) as foerste_hele_maaned,
        cast(date_trunc('month', brud.dato_til) as date) as til_maaned,
        brud.art,
        brud.sammenligneligt,
        brud.bro_id,
        coalesce(broer.beskrivelse, brud.bro) as bro_tekst,
        brud.er_forventet = 'ja' as er_forventet,
        brud.beskrivelse,
        brud.kilde
    from brud
    left join broer
        on brud.bro_id = broer.bro_id
)

select * from final
order by dato_fra, brud_id
