with dele as (
    select * from {{ ref('int_indikator_dele') }}
),

brud as (
    select * from {{ ref('dim_brud') }}
),

indikatorer as (
    select * from {{ ref('int_indikatorer') }}
),

-- A break in months in which the indicator does not rest on the series is no break of it.
fundne as (
    select
        dele.indikator_id,
        brud.*,
        coalesce(brud.bro_id = indikatorer.bro_id, false) as er_broet_af_raekker,
        coalesce(
            brud.art in ('sammenlaegning', 'opdeling', 'databrud', 'kildeskift', 'regelaendring')
            and brud.sammenligneligt = 'ja',
            false
        ) as er_broet_af_kilden
    from dele
    inner join indikatorer
        on dele.indikator_id = indikatorer.indikator_id
    inner join brud
        on {{ brud_rammer('brud', 'dele') }}
    where
        coalesce(brud.bro_id = indikatorer.bro_id, false)
        or (
            (dele.til_maaned is null or brud.fra_maaned <= dele.til_maaned)
            and (
                dele.fra_maaned is null
                or coalesce(brud.til_maaned, brud.foerste_hele_maaned) >= dele.fra_maaned
            )
        )
),

final as (
    select distinct
        indikator_id,
        brud_id,
        art,
        case
            when art in ('suspension', 'afloeb') then art
            when er_broet_af_raekker or er_broet_af_kilden then 'broet'
            when art in ('note', 'navneskift') then 'note'
            when sammenligneligt = 'ukendt' then 'muligt_brud'
            else 'databrud'
        end as virkning,
        fra_maaned,
        foerste_hele_maaned,
        til_maaned,
        er_broet_af_raekker or er_broet_af_kilden or art = 'navneskift' as er_broet,
        case
            when er_broet_af_raekker or er_broet_af_kilden or art = 'navneskift' then bro_tekst
        end as bro_tekst,
        er_forventet,
        beskrivelse
    from fundne
)

select * from final
